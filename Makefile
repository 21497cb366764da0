# Every target makes .venv first; nothing is installed outside this folder (a browser for the tests apart, see scripts/browser).
.DEFAULT_GOAL := help
.PHONY: help env demo demo-once serve test check bench soak cluster maillab docs package

help:  ## say what there is
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

env:  ## make .venv with the command, test and benchmark dependencies, as locked
	@scripts/env

demo: env  ## a month of a blog becomes an issue in 200 inboxes; stays up to be looked at
	@.venv/bin/newsletter demo

demo-once: env  ## the same without staying up; checks itself, ends with one JSON object
	@.venv/bin/newsletter demo --once

serve: env  ## web and worker on your own data (make init first: .venv/bin/newsletter init)
	@.venv/bin/newsletter init && .venv/bin/newsletter serve

test: env  ## install what the tests need and run all of them
	@scripts/test

check: env  ## format, lint, types, import contracts, house tests
	@scripts/check

bench: env  ## the benchmarks, one after the other, about two hours
	@scripts/bench

soak: env  ## every fault at full length; fills the table in docs/reliability.md
	@scripts/soak

cluster: env  ## three mailing hosts, two with pages, PostgreSQL, PgBouncer and a relay in networks of their own, and what goes wrong between them (root)
	@scripts/cluster

maillab: env  ## real Postfix, Dovecot and OpenDKIM in namespaces of their own: 5,000 mails and what can go wrong (root)
	@scripts/maillab

docs: env  ## the documentation as a site in build/site, every link of it checked
	@scripts/docs

package: env  ## wheel, source archive and what is in them into dist/, built twice, installed into empty environments and tried
	@scripts/package
