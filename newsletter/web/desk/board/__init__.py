"""The board: what each newsletter's readers get next, what goes out now, and what waits for somebody."""
