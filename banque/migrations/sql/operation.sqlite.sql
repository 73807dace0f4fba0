-- SQLite writes one row at a time: its triggers stay as they are.
SELECT 1
