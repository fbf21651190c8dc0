//! Expectations: what k8s.io/cli-runtime v0.37.1 prints, which Helm 4.3.1 uses.

use super::JsonPath;
use crate::base::Sources;
use crate::gotmpl::Value;
use crate::helm::values;

const VALUES: &str = r##"image: {repository: web, tag: "1.2", pull: null}
replicas: 3
big: 1000000
half: 0.5
on: true
list: [a, b, c, d]
empty: []
none: {}
ports:
- {name: http, port: 80, open: true}
- {name: metrics, port: 9090, open: false}
- {name: "a<b", port: 8080}
"a.b": dotted
"x y": blank
nested: {deep: {list: [[1, 2], [3]]}, other: "text"}
"##;

#[test]
fn templates_print_what_kubernetes_prints() {
    let source = Sources::new().add("values.yaml", VALUES.as_bytes());
    let values = Value::Map(values::read(source, VALUES.as_bytes()).unwrap().into());
    for (template, expected) in TEMPLATES {
        let printed = JsonPath::parse(template).and_then(|path| path.print(&values));
        let printed = printed.map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(printed.as_deref().map_err(String::as_str), *expected, "{template}");
    }
}

#[test]
fn what_is_found_is_bounded() {
    let deep = (0..2_000).fold(Value::int(1), |inner, _| Value::list(vec![inner]));
    let template = format!("{{{}}}", "..[*]".repeat(20));
    assert!(JsonPath::parse(&template).unwrap().print(&deep).unwrap_err().starts_with("it finds more than"));
    assert!(JsonPath::parse(&"{range .}".repeat(1000)).unwrap().print(&Value::map([])).is_err());
    assert!(JsonPath::parse(&"{[?(".repeat(10_000)).is_err());
    assert!(JsonPath::parse(&" ".repeat(100_000)).is_err());
}

#[rustfmt::skip]
const TEMPLATES: &[(&str, Result<&str, &str>)] = &[
    ("{.image.tag}", Ok("1.2")),
    ("{.image}", Ok(r#"{"pull":null,"repository":"web","tag":"1.2"}"#)),
    ("{.replicas}", Ok("3")),
    ("{.big} {.half} {.on}", Err("on is not found")),
    ("{$.image.repository}:{@.image.tag}", Ok("web:1.2")),
    ("image {.image.repository}!", Ok("image web!")),
    (".image.tag", Ok(".image.tag")),
    ("{.image.nope}", Err("nope is not found")),
    ("{.nope.nope}", Err("nope is not found")),
    ("{.image.pull}", Ok("null")),
    ("{.image.pull.x}", Err("x is not found")),
    ("{.list}", Ok(r#"["a","b","c","d"]"#)),
    ("{.list[0]}", Ok("a")),
    ("{.list[-1]}", Ok("d")),
    ("{.list[1:3]}", Ok("b c")),
    ("{.list[:2]}", Ok("a b")),
    ("{.list[2:]}", Ok("c d")),
    ("{.list[::2]}", Ok("a c")),
    ("{.list[0:4:3]}", Ok("a d")),
    ("{.list[*]}", Ok("a b c d")),
    ("{.list[4]}", Err("array index out of bounds: index 4, length 4")),
    ("{.list[-5]}", Err("array index out of bounds: index -1, length 4")),
    ("{.list[3:1]}", Err("starting index 3 is greater than ending index 1")),
    ("{.list[1:1]}", Ok("")),
    ("{.list[0:9]}", Err("array index out of bounds: index 8, length 4")),
    ("{.list[::0]}", Err("step must be > 0")),
    ("{.list[0,2]}", Ok("a c")),
    ("{.list[0, -1]}", Ok("a d")),
    ("{.list[]}", Ok("a")),
    ("{.list[x]}", Err("invalid array index x")),
    ("{.list[1", Err("unterminated array")),
    ("{.empty[0]}", Err("array index out of bounds: index 0, length 0")),
    ("{.empty[*]}", Ok("")),
    ("{.empty}", Ok("[]")),
    ("{.none}", Ok("{}")),
    ("{.none.*}", Ok("")),
    ("{.image.*}", Ok("null web 1.2")),
    ("{.image['tag']}", Ok("1.2")),
    ("{.image['repository','tag']}", Ok("web 1.2")),
    ("{['image'].tag}", Ok("1.2")),
    (r#"{.image["tag"]}"#, Err(r#"invalid array index "tag""#)),
    ("{['a.b']}", Err("a is not found")),
    (r#"{.a\.b}"#, Ok("dotted")),
    (r#"{['a\.b']}"#, Ok("dotted")),
    ("{.x y}", Err("x is not found")),
    ("{['x y']}", Err("x is not found")),
    ("{.ports[*].name}", Ok("http metrics a<b")),
    ("{.ports[?(@.port==80)].name}", Err("incompatible types for comparison")),
    ("{.ports[?(@.port==80.0)].name}", Ok("http")),
    ("{.ports[?(@.port>80.5)].name}", Ok("metrics a<b")),
    ("{.ports[?(@.port<=8080.0)].name}", Ok("http a<b")),
    (r#"{.ports[?(@.name=="http")].port}"#, Ok("80")),
    ("{.ports[?(@.name=='http')].port}", Ok("80")),
    (r#"{.ports[?(@.name!="http")].port}"#, Ok("9090 8080")),
    (r#"{.ports[?(@.name>="http")].port}"#, Ok("80 9090")),
    ("{.ports[?(@.open)].name}", Ok("http metrics")),
    ("{.ports[?(@.open==true)].name}", Err("open is not found")),
    ("{.ports[?(@.open!=true)].name}", Err("open is not found")),
    ("{.ports[?(@.nope)].name}", Ok("")),
    ("{.ports[?(@.nope==1)].name}", Err("nope is not found")),
    ("{.ports[?(@.port=~80)].name}", Err("unrecognized character in action: U+007E '~'")),
    (r#"{.ports[?(@.name=="a)b")].port}"#, Ok("")),
    ("{.ports[?(@.name==)].port}", Err("unrecognized character in action: U+003D '='")),
    (r#"{.ports[?(@.name=="http"]}"#, Err("unterminated filter")),
    ("{.image[?(@.x)]}", Err("map[string]interface {} is not array or slice and cannot be filtered")),
    (r#"{range .ports[*]}{.name}={.port}{"\n"}{end}"#, Ok("http=80\nmetrics=9090\na<b=8080\n")),
    ("{range .ports[*]}{.name},{end}done", Ok("http,metrics,a<b,done")),
    ("{range .empty[*]}{.name},{end}done", Err("name is not found")),
    ("{range .ports[*]}[{range $.name}{@}{end}]{end}", Ok("[http][metrics][a<b]")),
    ("{range .nested.deep.list[*]}<{range @[*]}{@};{end}>{end}", Ok("<1;2;><3;>")),
    ("{range .ports[*]}{.name}", Err("name is not found")),
    ("{end}", Err("not in range, nothing to end")),
    (r#"{range .list[*]}{@}{" "}{end}{.replicas}"#, Ok("a b c d 3")),
    ("{..tag}", Ok("1.2")),
    ("{..name}", Ok("http metrics a<b")),
    ("{..port}", Ok("80 9090 8080")),
    ("{.nested..list}", Ok("[[1,2],[3]]")),
    ("{.nested..*}", Err("unrecognized character in action: U+002A '*'")),
    ("{....tag}", Err("invalid multiple recursive descent")),
    ("{..}", Ok(r#"{"a.b":"dotted","big":1000000,"empty":[],"half":0.5,"image":{"pull":null,"repository":"web","tag":"1.2"},"list":["a","b","c","d"],"nested":{"deep":{"list":[[1,2],[3]]},"other":"text"},"none":{},"ports":[{"name":"http","open":true,"port":80},{"name":"metrics","open":false,"port":9090},{"name":"a\u003cb","port":8080}],"replicas":3,"true":true,"x y":"blank"} dotted {"pull":null,"repository":"web","tag":"1.2"} web 1.2 ["a","b","c","d"] a b c d {"deep":{"list":[[1,2],[3]]},"other":"text"} {"list":[[1,2],[3]]} [[1,2],[3]] [1,2] [3] text [{"name":"http","open":true,"port":80},{"name":"metrics","open":false,"port":9090},{"name":"a\u003cb","port":8080}] {"name":"http","open":true,"port":80} http {"name":"metrics","open":false,"port":9090} metrics {"name":"a\u003cb","port":8080} a<b blank"#)),
    ("{.*.tag}", Ok("1.2")),
    (r#"{"text"}{'it'}{"a\tb\"c"}{'a\'b'}"#, Ok(r#"textita	b"ca'b"#)),
    (r#"{"open}"#, Err("unterminated quoted string")),
    (r#"{"bad \q"}"#, Err(r#"unquote string "bad \q" error invalid syntax"#)),
    ("{1}{2.5}{true}{-3}{+4}{1.2.3}", Err("cannot parse number 1.2.3")),
    ("{foo}", Err("unrecognized identifier foo")),
    ("{.image.tag", Err("unclosed action")),
    ("{.image}}", Ok(r#"{"pull":null,"repository":"web","tag":"1.2"}}"#)),
    ("{}", Ok(r#"{"a.b":"dotted","big":1000000,"empty":[],"half":0.5,"image":{"pull":null,"repository":"web","tag":"1.2"},"list":["a","b","c","d"],"nested":{"deep":{"list":[[1,2],[3]]},"other":"text"},"none":{},"ports":[{"name":"http","open":true,"port":80},{"name":"metrics","open":false,"port":9090},{"name":"a\u003cb","port":8080}],"replicas":3,"true":true,"x y":"blank"}"#)),
    ("{ .image.tag }", Ok("1.2")),
    ("{.image. tag}", Err(" is not found")),
    ("{,}", Err("unrecognized character in action: U+002C ','")),
    ("{.list[0].x}", Err("x is not found")),
    ("{.replicas[0]}", Err("float64 is not array or slice")),
    ("{.image.tag[0]}", Err("string is not array or slice")),
    ("{.image.tag.*}", Ok("49 46 50")),
    ("{.nested.other}é", Ok("texté")),
    ("{.ports[?(@.port > 80.0)].name}", Ok("metrics a<b")),
    (r#"{.ports[?( @.name == "http" )].port}"#, Ok("80")),
    ("{@}", Ok(r#"{"a.b":"dotted","big":1000000,"empty":[],"half":0.5,"image":{"pull":null,"repository":"web","tag":"1.2"},"list":["a","b","c","d"],"nested":{"deep":{"list":[[1,2],[3]]},"other":"text"},"none":{},"ports":[{"name":"http","open":true,"port":80},{"name":"metrics","open":false,"port":9090},{"name":"a\u003cb","port":8080}],"replicas":3,"true":true,"x y":"blank"}"#)),
    ("{.}", Err(" is not found")),
    ("{[*]}", Err("map[string]interface {} is not array or slice")),
    ("{.list[99999999999999999999]}", Err("array index 99999999999999999999 is not a number")),
    ("{.image.tag,.replicas}", Err("unrecognized character in action: U+002C ','")),
];
