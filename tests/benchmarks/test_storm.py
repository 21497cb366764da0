from benchmarks import storm
from newsletter.database import Database
from tests.harness.dovecot import dovecot


def test_small_storm_loses_nothing_and_counts_nothing_forged(sqlite_url: str) -> None:
    """300 bounces, a tenth malformed, a tenth forged; ten thousand are run by hand."""
    database = Database(sqlite_url)
    with dovecot() as server:
        result = storm.run(300, server, database)
    database.close()

    assert result.is_good, result
    assert (240, 8, 300) == (result.sent.real, result.unparsed, result.processed + result.unparsed)
