//! Templates that functions execute: Helm's `include` and `tpl`.

use super::super::ast::{NodeId, Tree};
use super::super::error::ExecError;
use super::super::func::{Engine, Fault};
use super::super::set::Scope;
use super::super::trace::{NO_VALUE, erase};
use super::super::value::{Str, Value};
use super::super::world::World;
use super::operand::Operand;
use super::{Exec, Run, limits, no_template, run_tree};

/// Helm: recursionMaxNums. Helm counts names, of which a text given to `tpl` may make another template.
const MAX_INCLUDES: u32 = 1000;

/// The engine as a function sees it that is called by an action.
pub(super) struct Nested<'e> {
    pub scope: &'e Scope<'e>,
    pub run: &'e mut Run,
    pub tree: &'e Tree,
    pub action: NodeId,
}

impl Nested<'_> {
    fn execute(&mut self, scope: &Scope, tree: &Tree, data: &Value, world: &mut World) -> Exec<Str> {
        if limits::stack_used(self.run.stack_top) > limits::MAX_STACK {
            return Err(ExecError::new("templates are nested too deeply"));
        }
        let start = self.run.start();
        let outer = self.run.enter(self.tree, self.action);
        run_tree(scope, tree, &Operand::plain(data.clone()), self.run, world, 0)?;
        self.run.leave(outer);
        Ok(self.run.take_since(start))
    }
}

impl Engine for Nested<'_> {
    /// Helm: includeFun.
    fn include(&mut self, name: &Str, data: &Value, world: &mut World) -> Result<Str, Fault> {
        let within = |error| Fault { message: String::new(), inner: Some(error) };
        let scope = self.scope;
        let tree = scope.find(name).ok_or_else(|| within(no_template(name)))?;
        let count = tree.included.get();
        if count > MAX_INCLUDES {
            let name = name.to_text();
            return Err(Fault::new(format!(
                "rendering template has a nested reference name: {name}: unable to execute template"
            )));
        }
        tree.included.set(count + 1);
        let result = self.execute(scope, tree, data, world);
        tree.included.set(count);
        result.map_err(within)
    }

    /// Helm: tplFun.
    fn tpl(&mut self, text: &Str, data: &Value, world: &mut World) -> Result<Str, Fault> {
        let parsed = self.scope.base.parse_cached(&text.key()).map_err(|error| {
            Fault::new(format!("cannot parse template {}: {error}", super::super::fmt::quote(text)))
        })?;
        let scope = self.scope.with(&parsed);
        let written = self.execute(&scope, &parsed.all[parsed.main], data, world).map_err(|error| {
            let quoted = super::super::fmt::quote(text);
            Fault { message: format!("error during tpl function execution for {quoted}"), inner: Some(error) }
        })?;
        Ok(erase(written, NO_VALUE))
    }
}
