#!/bin/sh
cat >/dev/null
cat <<O
apiVersion: v1
kind: ConfigMap
metadata: {name: new}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: three}
data: {now: 0x10}
---
apiVersion: v1
kind: ConfigMapList
items:
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: two, annotations: {n: 1}}
  data: {new: "y"}
O
