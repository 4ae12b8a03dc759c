#!/bin/sh
# three.sh - three programs in one recording; each command is a line of the report's table.
seq 20000 -1 1 >numbers.txt
./sorter numbers.txt
./threads
sort -n numbers.txt | head -n 1
