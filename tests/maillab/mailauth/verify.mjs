// Says of each mail in the files named what mailauth thinks of its DKIM signatures; asks the name server of the system.
import { readFileSync } from "node:fs";
import { dkimVerify } from "mailauth/lib/dkim/verify.js";

const found = {};
for (const path of process.argv.slice(2)) {
  const { results } = await dkimVerify(readFileSync(path));
  found[path] = results.map((one) => one.status.result);
}
console.log(JSON.stringify(found));
