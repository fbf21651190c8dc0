#!/bin/sh
cat <<O
apiVersion: v1
kind: ConfigMap
metadata:
  name: hashed
  annotations: {kustomize.config.k8s.io/needs-hash: "true"}
data: {a: b}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: plain
  annotations: {kustomize.config.k8s.io/needs-hash: "F", other: 1}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: old
  annotations: {kustomize.config.k8s.io/behavior: merge}
data: {c: d}
O
