//! The built-in types, as a table over `builtin.txt`.
//!
//! The text is made by `make-builtin.py` from Kubernetes' own OpenAPI document (the script says how)
//! and is meant to be read in reviews. It is indexed when kz is compiled, so nothing is parsed or
//! built when kz starts.
//!
//! **Invariant:** sections and fields are sorted by bytes; look-ups are binary searches.
//! **Not here:** types that a kustomization's `openapi` brings.

const TEXT: &str = include_str!("builtin.txt");
const COUNTS: Counts = count(TEXT.as_bytes());
static TABLE: Table = read(TEXT.as_bytes());

/// Stands for a definition of which nothing is known but that it is there.
const BLANK: u16 = u16::MAX;

/// A definition, or a list or map of one. Small: an index into the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Builtin {
    Definition(u16),
    /// A field that is a list or a map.
    Field(u16),
    Blank,
}

#[derive(Clone, Copy)]
struct Word {
    start: u16,
    len: u8,
}

#[derive(Clone, Copy)]
struct Definition {
    name: Word,
    /// Where its fields start; they end where the next definition's start.
    fields: u16,
}

#[derive(Clone, Copy)]
struct Field {
    name: Word,
    /// `>` a reference, `[` a list that merges, `{` a map.
    shape: u8,
    target: u16,
    keys: Word,
}

#[derive(Clone, Copy)]
struct Type {
    kind: Word,
    api_version: Word,
    definition: u16,
}

#[derive(Clone, Copy)]
struct Scope {
    kind: Word,
    api_version: Word,
    is_namespaced: bool,
}

struct Counts {
    definitions: usize,
    fields: usize,
    types: usize,
    scopes: usize,
}

const SLOTS: usize = 256;

struct Table {
    /// One more than there are, to end the last one's fields.
    definitions: [Definition; COUNTS.definitions + 1],
    fields: [Field; COUNTS.fields],
    types: [Type; COUNTS.types],
    scopes: [Scope; COUNTS.scopes],
    /// Hash of a kind -> one more than the index of its first scope; zero ends a probe.
    scope_slots: [u8; SLOTS],
}

impl Builtin {
    /// The definition of a type of object.
    pub(super) fn of_type(api_version: &str, kind: &str) -> Option<Builtin> {
        let found = TABLE.types.binary_search_by(|t| (t.kind.text(), t.api_version.text()).cmp(&(kind, api_version)));
        found.ok().map(|at| Builtin::Definition(TABLE.types[at].definition))
    }

    /// The definition of this full name.
    pub(super) fn named(name: &str) -> Option<Builtin> {
        let name = name.strip_prefix("io.k8s.")?;
        let definitions = &TABLE.definitions[..COUNTS.definitions];
        let found = definitions.binary_search_by(|d| d.name.text().cmp(name));
        found.ok().map(|at| Builtin::Definition(at as u16))
    }

    pub(super) fn field(self, name: &str) -> Option<Builtin> {
        match self {
            Builtin::Definition(at) => {
                let (from, to) = (TABLE.definitions[at as usize].fields, TABLE.definitions[at as usize + 1].fields);
                let fields = &TABLE.fields[from as usize..to as usize];
                let found = fields.binary_search_by(|f| f.name.text().cmp(name)).ok()?;
                let field = &fields[found];
                Some(if field.shape == b'>' { definition(field.target) } else { Builtin::Field(from + found as u16) })
            }
            Builtin::Field(at) if TABLE.fields[at as usize].shape == b'{' => {
                Some(definition(TABLE.fields[at as usize].target))
            }
            Builtin::Field(_) | Builtin::Blank => None,
        }
    }

    pub(super) fn elements(self) -> Option<Builtin> {
        match self {
            Builtin::Field(at) if TABLE.fields[at as usize].shape == b'[' => {
                Some(definition(TABLE.fields[at as usize].target))
            }
            _ => None,
        }
    }

    /// The keys that a list merges by, none for a list of scalars; `None` for what does not merge.
    pub(super) fn merge_keys(self) -> Option<impl Iterator<Item = &'static str>> {
        match self {
            Builtin::Field(at) if TABLE.fields[at as usize].shape == b'[' => {
                Some(TABLE.fields[at as usize].keys.text().split(',').filter(|key| *key != "-"))
            }
            _ => None,
        }
    }
}

/// Whether objects of a type live in namespaces, where that is known.
/// kustomize: precomputedIsNamespaceScoped (kyaml/openapi/openapi.go).
pub(super) fn is_namespaced(api_version: &str, kind: &str) -> Option<bool> {
    let mut slot = slot_of(kind.as_bytes());
    loop {
        let first = (TABLE.scope_slots[slot] as usize).checked_sub(1)?;
        if TABLE.scopes[first].kind.text() == kind {
            let same_kind = TABLE.scopes[first..].iter().take_while(|s| s.kind.text() == kind);
            return same_kind.into_iter().find(|s| s.api_version.text() == api_version).map(|s| s.is_namespaced);
        }
        slot = (slot + 1) % SLOTS;
    }
}

fn definition(target: u16) -> Builtin {
    if target == BLANK { Builtin::Blank } else { Builtin::Definition(target) }
}

impl Word {
    const NONE: Word = Word { start: 0, len: 0 };

    fn text(self) -> &'static str {
        &TEXT[self.start as usize..self.start as usize + self.len as usize]
    }
}

const fn slot_of(kind: &[u8]) -> usize {
    let len = kind.len();
    if len == 0 {
        return 0;
    }
    (len * 37 + kind[0] as usize * 7 + kind[len / 2] as usize * 3 + kind[len - 1] as usize) % SLOTS
}

// What follows runs in the compiler only, where there are neither iterators nor `str` methods.

const fn line_end(text: &[u8], mut at: usize) -> usize {
    while at < text.len() && text[at] != b'\n' {
        at += 1;
    }
    at
}

/// The word that starts at `start`: up to a space or the end of the line.
const fn word(text: &[u8], start: usize) -> Word {
    let mut at = start;
    while at < text.len() && text[at] != b' ' && text[at] != b'\n' {
        at += 1;
    }
    assert!(at <= u16::MAX as usize && at - start <= u8::MAX as usize);
    Word { start: start as u16, len: (at - start) as u8 }
}

/// Where the word behind this one starts.
const fn behind(word: Word) -> usize {
    word.start as usize + word.len as usize + 1
}

const fn compare(text: &[u8], a: Word, b: Word) -> isize {
    let mut at = 0;
    while at < a.len && at < b.len {
        let (x, y) = (text[a.start as usize + at as usize], text[b.start as usize + at as usize]);
        if x != y {
            return x as isize - y as isize;
        }
        at += 1;
    }
    a.len as isize - b.len as isize
}

/// Walks over the lines: `section` counts the headers seen so far.
const fn count(text: &[u8]) -> Counts {
    let mut counts = Counts { definitions: 0, fields: 0, types: 0, scopes: 0 };
    let (mut at, mut section) = (0, 0);
    while at < text.len() {
        match (text[at], section) {
            (b'[', _) => section += 1,
            (b':', _) => counts.definitions += 1,
            (_, 1) => counts.fields += 1,
            (_, 2) => counts.types += 1,
            _ => counts.scopes += 1,
        }
        at = line_end(text, at) + 1;
    }
    counts
}

#[allow(long_running_const_eval, reason = "58 KB of text, in well under a second")]
const fn read(text: &[u8]) -> Table {
    let definition = Definition { name: Word::NONE, fields: COUNTS.fields as u16 };
    let field = Field { name: Word::NONE, shape: 0, target: BLANK, keys: Word::NONE };
    let unnamed = Type { kind: Word::NONE, api_version: Word::NONE, definition: BLANK };
    let scope = Scope { kind: Word::NONE, api_version: Word::NONE, is_namespaced: false };
    let mut table = Table {
        definitions: [definition; COUNTS.definitions + 1],
        fields: [field; COUNTS.fields],
        types: [unnamed; COUNTS.types],
        scopes: [scope; COUNTS.scopes],
        scope_slots: [0; SLOTS],
    };
    read_definitions(text, &mut table);
    let (mut at, mut section, mut types, mut scopes) = (0, 0, 0, 0);
    while at < text.len() {
        if text[at] == b'[' {
            section += 1;
        } else if section >= 2 {
            let kind = word(text, at);
            let api_version = word(text, behind(kind));
            let last = word(text, behind(api_version));
            if section == 2 {
                table.types[types] = Type { kind, api_version, definition: find(text, &table, last) };
                types += 1;
            } else {
                let is_namespaced = text[last.start as usize] == b'N';
                table.scopes[scopes] = Scope { kind, api_version, is_namespaced };
                if scopes == 0 || compare(text, table.scopes[scopes - 1].kind, kind) != 0 {
                    let mut slot = slot_of(text.split_at(at).1.split_at(kind.len as usize).0);
                    while table.scope_slots[slot] != 0 {
                        slot = (slot + 1) % SLOTS;
                    }
                    table.scope_slots[slot] = scopes as u8 + 1;
                }
                scopes += 1;
            }
        }
        at = line_end(text, at) + 1;
    }
    table
}

const fn read_definitions(text: &[u8], table: &mut Table) {
    let (mut at, mut definitions, mut fields) = (line_end(text, 0) + 1, 0, 0);
    while text[at] != b'[' {
        if text[at] == b':' {
            table.definitions[definitions] = Definition { name: word(text, at + 1), fields: fields as u16 };
            definitions += 1;
        } else {
            fields += 1;
        }
        at = line_end(text, at) + 1;
    }
    // The names are all there now, so that what the fields lead to can be looked up.
    (at, fields) = (line_end(text, 0) + 1, 0);
    while text[at] != b'[' {
        if text[at] != b':' {
            let name = word(text, at);
            let shape = behind(name);
            let target = word(text, shape + 1);
            let keys = if text[shape] == b'[' { word(text, behind(target)) } else { Word::NONE };
            let target = find(text, table, target);
            table.fields[fields] = Field { name, shape: text[shape], target, keys };
            fields += 1;
        }
        at = line_end(text, at) + 1;
    }
}

const fn find(text: &[u8], table: &Table, name: Word) -> u16 {
    if name.len == 1 && text[name.start as usize] == b'-' {
        return BLANK;
    }
    let (mut low, mut high) = (0, COUNTS.definitions);
    while low < high {
        let middle = (low + high) / 2;
        let order = compare(text, table.definitions[middle].name, name);
        if order == 0 {
            return middle as u16;
        } else if order < 0 {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    panic!("a definition that is named is not there")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(path: &[&str]) -> Option<Builtin> {
        let deployment = Builtin::of_type("apps/v1", "Deployment")?;
        path.iter().try_fold(deployment, |at, step| if *step == "[]" { at.elements() } else { at.field(step) })
    }

    fn keys(path: &[&str]) -> Option<Vec<&'static str>> {
        Some(follow(path)?.merge_keys()?.collect())
    }

    // Expectations from kyaml 0.21.1: openapi.SchemaForResourceType(...).Lookup(...).PatchStrategyAndKeyList().
    #[test]
    fn merge_keys_of_a_deployment() {
        let containers = ["spec", "template", "spec", "containers"];
        let inside = |more: &'static [&'static str]| [&containers[..], more].concat();
        assert_eq!(keys(&containers), Some(vec!["name"]));
        assert_eq!(keys(&inside(&["[]", "ports"])), Some(vec!["containerPort", "protocol"]));
        assert_eq!(keys(&inside(&["[]", "env"])), Some(vec!["name"]));
        assert_eq!(keys(&inside(&["[]", "volumeMounts"])), Some(vec!["mountPath"]));
        assert_eq!(keys(&inside(&["[]", "args"])), None);
        assert_eq!(keys(&["metadata", "finalizers"]), Some(vec![]));
        assert_eq!(keys(&["spec", "template", "spec", "volumes"]), Some(vec!["name"]));
        assert_eq!(keys(&["spec", "template", "spec", "tolerations"]), None);
        assert_eq!(follow(&["spec", "nonsense"]), None);
    }

    #[test]
    fn definitions_are_found_by_name() {
        let pod_spec = Builtin::named("io.k8s.api.core.v1.PodSpec");
        assert_eq!(pod_spec, follow(&["spec", "template", "spec"]));
        assert_eq!(Builtin::named("io.k8s.api.core.v1.Nonsense"), None);
        assert_eq!(Builtin::named("api.core.v1.PodSpec"), None);
    }

    #[test]
    fn every_scope_is_found_again() {
        for scope in &TABLE.scopes {
            assert_eq!(is_namespaced(scope.api_version.text(), scope.kind.text()), Some(scope.is_namespaced));
        }
        assert_eq!(is_namespaced("v1", "Namespace"), Some(false));
        assert_eq!(is_namespaced("v2", "Namespace"), None);
        assert_eq!(is_namespaced("apps/v1", "Deployment"), Some(true));
        assert_eq!(is_namespaced("example.com/v1", "Foo"), None);
        assert_eq!(is_namespaced("v1", ""), None);
    }

    #[test]
    fn the_table_is_sorted() {
        assert!(TABLE.types.is_sorted_by_key(|t| (t.kind.text(), t.api_version.text())));
        let names: Vec<_> = TABLE.definitions[..COUNTS.definitions].iter().map(|d| d.name.text()).collect();
        assert!(names.is_sorted());
        for pair in TABLE.definitions.windows(2) {
            let fields = &TABLE.fields[pair[0].fields as usize..pair[1].fields as usize];
            assert!(fields.is_sorted_by_key(|f| f.name.text()));
        }
    }
}
