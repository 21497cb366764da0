// The composer's page loads this behind desk.js. Everything it does can be done without it, by the buttons of the page.
import "./composer/answers.js";
import "./composer/typing.js";
import "./composer/follow.js";
import "./composer/company.js";
import "./composer/sight.js";
import "./composer/keys.js";
import "./composer/drag.js";
