"""Damaged inputs: whatever a file holds, there is a result or one sentence, in bounded time and memory."""
