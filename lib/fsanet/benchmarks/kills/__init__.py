"""kill -9 at random moments: what is killed again and again ends with the files of a run that was not."""
