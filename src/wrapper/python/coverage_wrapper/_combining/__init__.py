"""Reads the coverage files of a bucket, and puts them together as data of coverage.py."""
