"""What comes back: bounces, complaints, unsubscribes by mail and answers are read, attributed and acted on."""
