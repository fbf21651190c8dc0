#!/usr/bin/env python3
"""Makes builtin.txt, the compact table of the built-in types, from Kubernetes' own OpenAPI document.

    make-builtin.py swagger.json kustomization.json > builtin.txt

swagger.json is api/openapi-spec/swagger.json of Kubernetes v1.21.2, the version that kustomize 5.8.1 knows;
kustomization.json is openapi/kustomizationapi/swagger.json of its kyaml module.

Kept is what a strategic merge asks for: fields that lead to other definitions, and lists that merge. A plain
list or scalar is never looked into, so its type does not matter. `io.k8s.` in front of names is dropped.

    [definitions]             sorted by name
    :core.v1.Container        a definition; its fields follow, sorted
    env [core.v1.EnvVar name  a list that merges by the named keys (`-`: a list of scalars that merges by value)
    lifecycle >core.v1.Lifecycle
    limits {core.v1.Foo       a map, its values
                              `-` for a type of which nothing is known but that it is there
    [types]                   kind, apiVersion, definition; sorted
    [scopes]                  kind, apiVersion, N(amespaced) or C(luster); sorted

DeleteOptions and WatchEvent, which every group has, are left out of the types: they are not objects.
"""
import json
import sys

GVK = "x-kubernetes-group-version-kind"


def short(name):
    assert name.startswith("io.k8s."), name
    return name.removeprefix("io.k8s.")


def target(schema):
    ref = schema.get("$ref")
    return short(ref.removeprefix("#/definitions/")) if ref else "-"


def shape(field):
    """The shape of a field, or None where nothing hangs on it."""
    if "$ref" in field:
        return ">", target(field), ""
    strategies = field.get("x-kubernetes-patch-strategy", "").split(",")
    if field.get("type") == "array":
        if "merge" not in strategies:
            return None
        keys = field.get("x-kubernetes-list-map-keys") or [field.get("x-kubernetes-patch-merge-key", "-")]
        return "[", target(field["items"]), " " + ",".join(keys)
    values = field.get("additionalProperties")
    return ("{", target(values), "") if isinstance(values, dict) else None


def api_version(gvk):
    return f"{gvk['group']}/{gvk['version']}" if gvk.get("group") else gvk["version"]


def main(*paths):
    document = {"definitions": {}, "paths": {}}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for section, content in json.load(file).items():
                if section in document:
                    document[section].update(content)
    definitions, types, scopes = {}, [], {}
    for name, definition in document["definitions"].items():
        fields = {field: shape(schema) for field, schema in definition.get("properties", {}).items()}
        definitions[short(name)] = {field: kept for field, kept in fields.items() if kept}
        for gvk in definition.get(GVK, []):
            if gvk["kind"] in ("DeleteOptions", "WatchEvent"):
                continue
            types.append(f"{gvk['kind']} {api_version(gvk)} {short(name)}")
    for url, methods in document["paths"].items():
        gvk = methods.get("get", {}).get(GVK)
        if gvk:
            key = f"{gvk['kind']} {api_version(gvk)}"
            scopes[key] = "N" if "namespaces/{namespace}" in url else scopes.get(key, "C")

    named = {line.split()[2] for line in types}
    known = {name for name, fields in definitions.items() if fields or name in named}
    print("[definitions]")
    for name in sorted(known):
        print(f":{name}")
        for field, (mark, to, keys) in sorted(definitions[name].items()):
            print(f"{field} {mark}{to if to in known else '-'}{keys}")
    print("[types]")
    print("\n".join(sorted(types)))
    print("[scopes]")
    print("\n".join(f"{key} {scope}" for key, scope in sorted(scopes.items())))


main(*sys.argv[1:])
