#!/bin/sh
sed '/internal.config.kubernetes.io/d'
