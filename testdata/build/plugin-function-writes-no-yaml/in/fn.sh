#!/bin/sh
echo 'password: "secret'
