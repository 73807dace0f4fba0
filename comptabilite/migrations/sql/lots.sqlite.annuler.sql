-- SQLite writes row by row: its triggers stay as they are.
SELECT 1
