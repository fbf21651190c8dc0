#!/bin/sh
grep '^items' >/dev/null
cat <<O
apiVersion: v1
kind: ConfigMap
metadata: {name: late}
O
