#!/bin/sh
cat d.yaml
echo ---
cat d.yaml
