#!/bin/sh
# Answers any body in upper case, piece by piece, so that it needs no memory for the whole.
printf 'Status: 200 OK\nContent-Type: text/html; charset=utf-8\n\n'
exec tr '[:lower:]' '[:upper:]'
