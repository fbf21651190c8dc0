#!/bin/sh
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "made-%s"}\n' "$1"
