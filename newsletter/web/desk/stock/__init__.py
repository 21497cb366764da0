"""What a newsletter keeps at hand beside its issues: texts that come again, and who writes."""
