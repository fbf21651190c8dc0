//! A plugin's file, read with kz's own reader of YAML. Source: PluginConfig in Argo CD's cmpserver/plugin/config.go.

use kz::base::Sources;
use kz::yaml::{Node, ReadOptions, read};

/// The file, and the commands that it names with their arguments; empty where it names none.
pub struct Plugin {
    pub root: Node,
    pub init: Vec<String>,
    pub generate: Vec<String>,
    pub find: Vec<String>,
    pub dynamic: Vec<String>,
}

impl Plugin {
    /// Of the project's top.
    pub fn read(name: &str) -> Plugin {
        let sources = Sources::new();
        let source = sources.add(name, std::fs::read(crate::project(name)).unwrap());
        let text = sources.get(source).unwrap().text.clone();
        let document = read(source, &text, ReadOptions::config()).unwrap().pop().unwrap();
        let root = document.root.unwrap();
        let command = |path: &[&str]| {
            let texts = |key| {
                let node = root.lookup(path).and_then(|command| command.get(key)).and_then(Node::as_sequence);
                let items = node.into_iter().flat_map(|items| items.iter());
                items.map(|item| item.text().unwrap().to_owned()).collect::<Vec<_>>()
            };
            [texts("command"), texts("args")].concat()
        };
        Plugin {
            init: command(&["spec", "init"]),
            generate: command(&["spec", "generate"]),
            find: command(&["spec", "discover", "find"]),
            dynamic: command(&["spec", "parameters", "dynamic"]),
            root,
        }
    }

    /// Of each static announcement: name, title, tooltip, type of the items, form.
    pub fn announced(&self) -> Vec<[String; 5]> {
        let list = self.root.lookup(&["spec", "parameters", "static"]).and_then(Node::as_sequence).unwrap();
        let field = |item: &Node, key| item.get(key).and_then(Node::text).unwrap().to_owned();
        let fields = ["name", "title", "tooltip", "itemType", "collectionType"];
        list.iter().map(|item| fields.map(|key| field(item, key))).collect()
    }
}
