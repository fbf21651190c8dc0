//! Which files are taken and which are not was recorded from kustomize 5.8.1 (Kustomization.Unmarshal,
//! FixKustomization, CheckEmpty and EnforceFields), and so was the number of deprecations.

use super::*;
use crate::base::Sources;
use crate::kustomize::kustomization::*;
use crate::yaml;

/// Reads a text; errors read "code `what the label covers`".
fn read(text: &str) -> Result<usize, Vec<String>> {
    let sources = Sources::new();
    let source = sources.add("kustomization.yaml", text.as_bytes().to_vec());
    read_kustomization(&sources, source).map(|k| k.deprecated.len()).map_err(|error| {
        let shown = |e: &Diagnostic| {
            let place = e.labels.first().map(|l| &text[l.span.start as usize..l.span.end as usize]);
            format!("{} `{}`", e.code, place.unwrap_or("nowhere"))
        };
        std::iter::once(shown(&error)).chain(error.others.iter().map(shown)).collect()
    })
}

#[test]
fn what_the_reference_takes_is_taken() {
    for (text, deprecations) in TAKEN {
        assert_eq!(read(text), Ok(*deprecations), "{text}");
    }
}

#[test]
fn what_the_reference_refuses_is_refused_at_its_place() {
    for (text, errors) in REFUSED {
        let wanted: Vec<String> = errors.iter().map(|e| e.to_string()).collect();
        assert_eq!(read(text), Err(wanted), "{text}");
    }
}

#[test]
fn messages_name_the_field_and_what_to_do() {
    let sources = Sources::new();
    let text = "namePrefx: a\nimages:\n- {name: a, newTag: 1.0}\n- {nam: b}\nnamespace: off\n";
    let source = sources.add("kustomization.yaml", text.as_bytes().to_vec());
    let error = read_kustomization(&sources, source).unwrap_err();
    let all = std::iter::once(&*error).chain(&error.others);
    let said: Vec<_> = all.map(|e| format!("{}; {}", e.message, e.help.as_deref().unwrap_or_default())).collect();
    assert_eq!(
        said,
        [
            "unknown field `namePrefx`; did you mean `namePrefix`?",
            "`images[0].newTag` must be a string, not a number; put the value in quotes",
            "unknown field `nam` in `images[1]`; did you mean `name`?",
            "`namespace` must be a string, not a boolean; this word is a boolean in YAML 1.1, by which \
             kustomizations are read; put it in quotes",
        ]
    );
}

#[test]
fn nothing_of_a_secret_generator_is_drawn() {
    for text in ["secretGenerator: [{name: a, litrals: [a=geheim]}]", "secretGenerators: [{literals: [a=geheim]}]"] {
        let sources = Sources::new();
        let source = sources.add("kustomization.yaml", text.as_bytes().to_vec());
        let error = read_kustomization(&sources, source).unwrap_err();
        assert!(error.labels.iter().all(|label| label.masked), "{text}");
        assert!(!error.message.contains("geheim") && !error.help.unwrap_or_default().contains("geheim"));
    }
}

/// Recorded from sigs.k8s.io/yaml.Unmarshal of 1.5.0 into the same types of kustomize 5.8.1.
#[test]
fn lenient_files_take_numbers_for_strings_where_the_reference_does() {
    fn lenient_in<T: Decode>(text: &str) -> Result<T> {
        let source = Sources::new().add("file.yaml", text.as_bytes().to_vec());
        let mut documents = yaml::read(source, text.as_bytes(), yaml::ReadOptions::config())?;
        lenient(&documents.pop().and_then(|d| d.root).unwrap_or_default())
    }
    let tag = |text: &str| lenient_in::<Image>(&format!("{{foo: x, newTag: {text}}}")).map(|i| i.new_tag.value).ok();
    for (text, string) in [
        ("1.0", "1"),
        ("1.10", "1.1"),
        ("123456789.125", "1.2345679e+08"),
        ("1e20", "1e+20"),
        ("0.00001", "1e-05"),
        ("yes", "true"),
        ("~", ""),
        ("1e40", "+Inf"),
        ("1234567", "1234567"),
        ("1234567.5", "1.2345675e+06"),
        ("0x10", "16"),
        ("18446744073709551615", "18446744073709551615"),
        ("100000.0", "100000"),
        ("1000000.5", "1.0000005e+06"),
        ("0.1", "0.1"),
    ] {
        assert_eq!(tag(text).as_deref(), Some(string), "{text}");
    }
    assert_eq!(tag("[a]"), None);
    assert!(lenient_in::<Selector>("name: 5").is_err());
    assert_eq!(&*lenient_in::<Selector>("annotationSelector: on").unwrap().annotation_selector, "true");
    assert_eq!(lenient_in::<FieldSpec>("{path: 5, create: true}").unwrap().path, "5");
    assert!(lenient_in::<FieldSpec>("{group: 1, path: a}").is_err());
    assert!(lenient_in::<FieldSpec>("{path: a, create: 1}").is_err());
    for text in ["source: {fieldPath: 5}", "sourceValue: 5", "targets: [{fieldPaths: [1, true]}]"] {
        assert!(lenient_in::<Replacement>(text).is_ok(), "{text}");
        assert!(lenient_in::<ReplacementField>(text).is_err(), "{text}");
    }
    for text in ["name: 5", "literals: [5]", "type: 5", "options: {labels: {a: 1}}"] {
        assert!(lenient_in::<SecretArgs>(text).is_err(), "{text}");
    }
    assert_eq!(lenient_in::<GeneratorOptions>("labels: {a: 1, b: true, 1: x}").unwrap().labels.len(), 3);
    assert_eq!(lenient_in::<Var>("objref: {apiVersion: 1, name: 2}").unwrap().object.api_version, "1");
    assert!(lenient_in::<Var>("objref: {kind: 1}").is_err());
}

#[test]
fn texts_know_their_places() {
    let text = "resources:\n- a.yaml\nbases: [b]\nreplicas:\n- name: web\n  count: 0x10\ncommonLabels:\n  app: web\n";
    let sources = Sources::new();
    let source = sources.add("kustomization.yaml", text.as_bytes().to_vec());
    let k = read_kustomization(&sources, source).unwrap();
    let at = |span: Span| &text[span.start as usize..span.end as usize];
    assert_eq!(k.resources.iter().map(|r| at(r.span)).collect::<Vec<_>>(), ["a.yaml", "b"]);
    assert_eq!((k.replicas[0].count, at(k.replicas[0].count_span)), (16, "0x10"));
    let (key, value) = &k.common_labels[0];
    assert_eq!((at(key.span), at(value.span)), ("app", "web"));
    assert_eq!((&*k.kind, &*k.api_version), ("Kustomization", "kustomize.config.k8s.io/v1beta1"));
    assert_eq!(k.deprecated.len(), 2);
}

/// The reference's result is `{"a": "1", "b": "x", "c": "v"}`.
#[test]
fn maps_under_names_of_different_case_are_filled_up() {
    let sources = Sources::new();
    let text = "commonLabels: {b: x, c: v}\nCommonLabels: {a: \"1\", b: z}\n";
    let source = sources.add("kustomization.yaml", text.as_bytes().to_vec());
    let k = read_kustomization(&sources, source).unwrap();
    let labels: Vec<_> = k.common_labels.iter().map(|(k, v)| format!("{k}={v}")).collect();
    assert_eq!(labels, ["a=1", "b=x", "c=v"]);
}

/// A kustomization, and how many deprecated fields it has.
const TAKEN: &[(&str, usize)] = &[
    ("namespace: \"n\"", 0),
    ("namespace: 2001-01-01", 0),
    ("namespace: !!str 5", 0),
    ("namespace: 12:30", 0),
    ("namespace: <<", 0),
    ("NAMESPACE: x", 0),
    ("NameSpace: x", 0),
    ("name\u{17f}pace: x", 0),
    ("resources: [x]", 0),
    ("resources: []", 0),
    ("resources: [~]", 0),
    ("bases: [x]", 1),
    ("imageTags: [{name: x}]", 1),
    ("commonLabels: {}", 1),
    ("commonLabels: {a: b}", 1),
    ("commonLabels: {a: ~}", 1),
    ("commonLabels: {1: a}", 1),
    ("commonLabels: {1.5: a, true: b, yes: c}", 1),
    ("replicas: [{name: a, count: 3}]", 0),
    ("replicas: [{name: a, count: 1e3}]", 0),
    ("replicas: [{name: a, count: 3.0}]", 0),
    ("replicas: [{name: a, count: 0644}]", 0),
    ("replicas: [{name: a, count: 0o17}]", 0),
    ("replicas: [{name: a, count: 0b11}]", 0),
    ("replicas: [{name: a, count: 9223372036854775807}]", 0),
    ("replicas: [{name: a, count: -3}]", 0),
    ("replicas: [{name: a, count: ~}]", 0),
    ("replicas: [~]", 0),
    ("labels: [{pairs: {a: b}, includeSelectors: true}]", 0),
    ("labels: [{pairs: {a: b}, includeSelectors: yes}]", 0),
    ("labels: [{pairs: {a: b}, includeSelectors: ~}]", 0),
    ("labels: [{pairs: {a: b}, fields: [{path: a, create: true, group: g, version: v, kind: k}]}]", 0),
    ("metadata: {}", 0),
    ("metadata: {name: x, labels: {a: b}, annotations: {c: d}, namespace: e}", 0),
    ("kind: Component\nresources: [a]", 0),
    ("kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\nresources: [a]", 0),
    ("apiVersion: kustomize.config.k8s.io/v1beta1\nresources: [a]", 0),
    ("apiVersion: \"\"\nkind: \"\"\nresources: [a]", 0),
    ("openapi: {path: x}", 0),
    ("openapi: {version: v1, foo: bar}", 0),
    ("secretGenerator: [{name: a, type: x}]", 0),
    (
        "configMapGenerator: [{name: a, options: {labels: {a: b}, disableNameSuffixHash: true, immutable: true, annotations: {c: d}}}]",
        0,
    ),
    ("generatorOptions: {}", 0),
    ("sortOptions: {order: fifo}", 0),
    ("sortOptions: {order: legacy, legacySortOptions: {orderFirst: [a], orderLast: [b]}}", 0),
    ("sortOptions: {}", 0),
    ("patchesJson6902: [{path: a, target: {name: x}}]", 1),
    ("patchesStrategicMerge: [a, \"b: c\n\"]", 1),
    (
        "replacements: [{source: {kind: a, fieldPath: b, options: {delimiter: /, index: 1, encoding: x, create: true}}, sourceValue: x, targets: [{select: {name: a}, reject: [{kind: b}], fieldPaths: [a], options: {create: true}}]}]",
        0,
    ),
    ("replacements: [{path: a}]", 0),
    ("replacements: [{targets: [~]}]", 0),
    ("vars: [{name: a, objRef: {name: x}, fieldRef: {fieldpath: a}}]", 1),
    ("helmGlobals: {chartHome: a, configHome: b}", 0),
    (
        "helmCharts: [{name: a, version: 1.2.3, valuesInline: {a: {b: 1}}, includeCRDs: true, apiVersions: [a], additionalValuesFiles: [b], devel: true}]",
        0,
    ),
    ("crds: [a]", 0),
    ("configurations: [a]", 0),
    ("generators: [a]", 0),
    ("transformers: [a]", 0),
    ("validators: [a]", 0),
    ("buildMetadata: [a]", 0),
    ("components: [a]", 0),
    ("images: [{name: a, newName: b, newTag: c, digest: d, tagSuffix: e}]", 0),
    ("images: [{name: a, newTag: 1.2.3}]", 0),
    ("---\nnamespace: a\n---\nnamespace: b", 0),
    ("namespace: a\n...\nfoo: b", 0),
    ("namespace: a\n---\n}{bad", 0),
    ("%YAML 1.1\n---\nnamespace: a", 0),
    ("namespace: &a x\nnamePrefix: *a", 0),
    ("<<: {namespace: x}", 0),
    ("namespace:\ta", 0),
    ("namePrefix: x", 0),
    ("nameSuffix: x", 0),
    ("commonAnnotations: {a: \"on\"}", 0),
    ("commonAnnotations: {a: 2001-01-01}", 0),
    ("commonAnnotations: {a: !!binary aGk=}", 0),
    ("namespace: !foo x", 0),
    ("namespace: !foo 5", 0),
    ("resources: !!seq [a]", 0),
    (
        "patches: [{path: a, patch: b, target: {kind: x, group: g, version: z, name: nn, namespace: m, labelSelector: l, annotationSelector: a}, options: {allowNameChange: true, allowKindChange: false}}]",
        0,
    ),
    (
        "vars: [{name: a, objref: {apiVersion: v1, kind: x, name: o, namespace: m, group: g, version: v}, fieldref: {fieldPath: a}}]",
        1,
    ),
    ("configMapGenerator: [{name: a, env: x, envs: [z]}]", 0),
    ("namespace: x\nNamespace: z", 0),
    ("<<: [{namespace: x}, {namePrefix: z}]", 0),
];

/// A kustomization that the reference refuses, and what is said about it and where.
const REFUSED: &[(&str, &[&str])] = &[
    ("namespace: n", &["wrong-type `n`"]),
    ("namespace: 5", &["wrong-type `5`"]),
    ("namespace: 1.5", &["wrong-type `1.5`"]),
    ("namespace: true", &["wrong-type `true`"]),
    ("namespace: yes", &["wrong-type `yes`"]),
    ("namespace: null", &["empty-kustomization ``"]),
    ("namespace: ~", &["empty-kustomization ``"]),
    ("namespace:", &["empty-kustomization ``"]),
    ("namespace: []", &["wrong-type `[]`"]),
    ("namespace: {}", &["wrong-type `{}`"]),
    ("namespace: !!int \"5\"", &["wrong-type `\"5\"`"]),
    ("namespace: 0x1F", &["wrong-type `0x1F`"]),
    ("namespace: 1_000", &["wrong-type `1_000`"]),
    ("namespace: .inf", &["not-a-number `.inf`"]),
    ("namespace: x\nNamespace: y", &["wrong-type `y`"]),
    ("Namespace: x\nnamespace: y", &["wrong-type `y`"]),
    ("namespace: x\nnamespace: y", &["wrong-type `y`"]),
    ("resources: x", &["wrong-type `x`"]),
    ("resources:", &["empty-kustomization ``"]),
    ("resources: {a: b}", &["wrong-type `{a: b}`"]),
    ("resources: [1]", &["wrong-type `1`"]),
    ("resources: [true]", &["wrong-type `true`"]),
    ("resources: [[a]]", &["wrong-type `[a]`"]),
    ("resources: [{a: b}]", &["wrong-type `{a: b}`"]),
    ("bases: []", &["empty-kustomization ``"]),
    ("imageTags: []", &["empty-kustomization ``"]),
    ("helmChartInflationGenerator: []", &["empty-kustomization ``"]),
    ("commonLabels: {a: 1}", &["wrong-type `1`"]),
    ("commonLabels: {a: true}", &["wrong-type `true`"]),
    ("commonLabels: {~: a}", &["yaml-key `~`"]),
    ("commonLabels: {[a]: a}", &["yaml-key `[a]`"]),
    ("commonLabels: {{a: b}: a}", &["yaml-key `{a: b}`"]),
    ("commonLabels: [a]", &["wrong-type `[a]`"]),
    ("commonLabels: a", &["wrong-type `a`"]),
    ("commonLabels: {a: {b: c}}", &["wrong-type `{b: c}`"]),
    ("commonLabels: {18446744073709551615: a}", &["yaml-key `18446744073709551615`"]),
    ("replicas: [{name: a, count: \"3\"}]", &["wrong-type `\"3\"`"]),
    ("replicas: [{name: a, count: 1.5}]", &["wrong-type `1.5`"]),
    ("replicas: [{name: a, count: 9223372036854775808}]", &["wrong-type `9223372036854775808`"]),
    ("replicas: [{name: a, count: 1e21}]", &["wrong-type `1e21`"]),
    ("replicas: [{name: a, count: true}]", &["wrong-type `true`"]),
    ("replicas: {name: a}", &["wrong-type `{name: a}`"]),
    ("labels: [{pairs: {a: b}, includeSelectors: \"true\"}]", &["wrong-type `\"true\"`"]),
    ("labels: [{pairs: {a: b}, includeSelectors: 1}]", &["wrong-type `1`"]),
    ("labels: [{pairs: {a: b}, fields: [{path: a, crete: true}]}]", &["unknown-field `crete`"]),
    ("labels: [{pairs: {a: b}, fieldSpecs: []}]", &["unknown-field `fieldSpecs`"]),
    ("foo: bar", &["unknown-field `foo`"]),
    ("Foo: bar", &["unknown-field `Foo`"]),
    ("1: x", &["unknown-field `1`"]),
    ("true: x", &["unknown-field `true`"]),
    ("metadata: {foo: x}", &["unknown-field `foo`"]),
    ("metadata: {name: 5}", &["wrong-type `5`"]),
    ("metadata: x", &["wrong-type `x`"]),
    ("kind: Kustomization", &["empty-kustomization ``"]),
    ("kind: Component", &["empty-kustomization ``"]),
    ("kind: Foo", &["empty-kustomization ``"]),
    ("kind: Foo\nresources: [a]", &["wrong-kind `Foo`"]),
    (
        "kind: Component\napiVersion: kustomize.config.k8s.io/v1beta1\nresources: [a]",
        &["wrong-api-version `kustomize.config.k8s.io/v1beta1`"],
    ),
    ("apiVersion: v1\nresources: [a]", &["wrong-api-version `v1`"]),
    ("openapi: {version: 1}", &["wrong-type `1`"]),
    ("configMapGenerator: [{name: a, type: x}]", &["unknown-field `type`"]),
    ("configMapGenerator: [{name: a, literals: [a=1, 5]}]", &["wrong-type `5`"]),
    ("configMapGenerator: [{name: a, literals: a=1}]", &["wrong-type `a=1`"]),
    ("configMapGenerator: [{name: a, env: x, envs: [y]}]", &["wrong-type `y`"]),
    ("configMapGenerator: [{name: a, options: {disableHash: true}}]", &["unknown-field `disableHash`"]),
    ("configMapGenerator: [{name: a, behaviour: merge}]", &["unknown-field `behaviour`"]),
    ("configMapGenerator: {name: a}", &["wrong-type `{name: a}`"]),
    ("configMapGenerator: [a]", &["wrong-type `a`"]),
    ("generatorOptions: ~", &["empty-kustomization ``"]),
    ("generatorOptions: {disableNameSuffixHash: true, foo: x}", &["unknown-field `foo`"]),
    (
        "patches: [{path: a, patch: b, target: {kind: x, group: y, version: z, name: n, namespace: m, labelSelector: l, annotationSelector: a}, options: {allowNameChange: true, allowKindChange: false}}]",
        &["wrong-type `y`", "wrong-type `n`"],
    ),
    ("patches: [{path: a, options: {allowname: true}}]", &["unknown-field `allowname`"]),
    ("patches: [a]", &["wrong-type `a`"]),
    ("patches: [{target: {apiVersion: x}}]", &["unknown-field `apiVersion`"]),
    ("replacements: [{source: {apiVersion: a}}]", &["unknown-field `apiVersion`"]),
    ("replacements: [{source: {options: {index: \"1\"}}}]", &["wrong-type `\"1\"`"]),
    (
        "vars: [{name: a, objref: {apiVersion: v1, kind: x, name: y, namespace: n, group: g, version: v}, fieldref: {fieldPath: a}}]",
        &["wrong-type `y`", "wrong-type `n`"],
    ),
    ("vars: [{name: a, objref: {foo: x}}]", &["unknown-field `foo`"]),
    ("helmGlobals: {foo: a}", &["unknown-field `foo`"]),
    ("helmCharts: [{name: a, version: 1.2, valuesInline: {}}]", &["wrong-type `1.2`"]),
    ("helmCharts: [{name: a, valuesInline: [a]}]", &["wrong-type `[a]`"]),
    ("helmCharts: [{nam: a}]", &["unknown-field `nam`"]),
    ("helmChartInflationGenerator: [{chartName: a, values: b, valuesLocal: {a: .inf}}]", &["not-a-number `.inf`"]),
    ("helmCharts: [{valuesInline: {a: {~: b}}}]", &["yaml-key `~`"]),
    ("images: [{name: a, newTag: 1.0}]", &["wrong-type `1.0`"]),
    ("images: {name: a}", &["wrong-type `{name: a}`"]),
    ("", &["empty-kustomization ``"]),
    ("# comment", &["empty-kustomization ``"]),
    ("---", &["empty-kustomization ``"]),
    ("--- a", &["wrong-type `a`"]),
    ("--- {}", &["empty-kustomization ``"]),
    ("{}", &["empty-kustomization ``"]),
    ("[]", &["wrong-type `[]`"]),
    ("[a]", &["wrong-type `[a]`"]),
    ("a", &["wrong-type `a`"]),
    ("5", &["wrong-type `5`"]),
    ("---\n---\nnamespace: b", &["empty-kustomization ``"]),
    ("namespace: *a", &["yaml-alias `*a`"]),
    ("<<: [{namespace: x}, {namePrefix: y}]", &["wrong-type `y`"]),
    ("a: &a {namespace: x}\n<<: *a", &["unknown-field `a`"]),
    ("\tnamespace: a", &["yaml-syntax `\t`"]),
    ("namespace: a: b", &["yaml-syntax `:`"]),
    ("namespace: \"a", &["yaml-syntax `\"`"]),
    ("namePrefix: \"\"", &["empty-kustomization ``"]),
    ("commonAnnotations: {a: on}", &["wrong-type `on`"]),
    ("namespace: !!bool yes", &["wrong-type `yes`"]),
    ("namespace: !!float 5", &["wrong-type `5`"]),
    ("namespace: !!null x", &["yaml-tag `x`"]),
    ("namespace: x\nfoo: y\nnamePrefix: 5", &["unknown-field `foo`", "wrong-type `5`"]),
];
