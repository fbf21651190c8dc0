#!/bin/sh
# A function of the old sort, which knows only the old annotation.
sed 's|config.kubernetes.io/path: .*own/one.*|&|; s|^      config.kubernetes.io/path: .*|      config.kubernetes.io/path: changed.yaml|'
