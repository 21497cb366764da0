"""What an operator's tools are told: how the whole instance stands, and what this process has done."""
