#!/bin/sh
echo "I had a look" >&2
cat
