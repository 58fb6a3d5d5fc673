"""The changes. A file that was released is never edited again."""
