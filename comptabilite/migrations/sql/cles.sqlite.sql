-- SQLite checks its keys row by row, at little cost: they stay as they are.
SELECT 1
