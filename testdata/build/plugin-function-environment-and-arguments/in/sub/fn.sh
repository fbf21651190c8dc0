cat <<O
apiVersion: v1
kind: ConfigMap
metadata: {name: env}
data:
  own: "$OWN"
  both: "$BOTH"
  flag: "$FLAG"
  a: "${A-unset}"
  empty: "${EMPTY-unset}"
  count: "$#"
  args: "$*"
  directory: "$(basename "$(pwd)")"
O
