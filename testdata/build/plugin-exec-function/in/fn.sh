#!/bin/sh
sed 's/before/after/'
