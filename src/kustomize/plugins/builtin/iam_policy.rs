//! `IAMPolicyGenerator`: a service account of Kubernetes that stands for one of Google's cloud.
//! kustomize: api/filters/iampolicygenerator.

use crate::base::{Diagnostic, Result, Span};
use crate::k8s::Resource;
use crate::kustomize::context::Context;
use crate::kustomize::decode::{Decode, Decoder, Fields};
use crate::kustomize::kustomization::Text;
use crate::kustomize::plugins::output::give_spans;
use crate::yaml::{self, Node, ReadOptions};

#[derive(Clone, Debug, Default)]
pub struct IamPolicy {
    cloud: Text,
    kubernetes_service: KubernetesService,
    service_account: ServiceAccount,
    span: Span,
}

#[derive(Clone, Debug, Default)]
struct KubernetesService {
    name: Text,
    namespace: Text,
}

#[derive(Clone, Debug, Default)]
struct ServiceAccount {
    name: Text,
    project_id: Text,
}

impl IamPolicy {
    /// The service account. kustomize writes a text and reads it, so a name that YAML reads as something else
    /// than a text is that.
    ///
    /// Errors: a cloud other than `gke`; a name that breaks the YAML.
    pub fn generate(&self, ctx: &Context) -> Result<Resource> {
        if &*self.cloud != "gke" {
            let place = if self.cloud.span.is_nowhere() { self.span } else { self.cloud.span };
            let message = format!("cloud provider `{}` is not supported", self.cloud);
            return Err(Diagnostic::new("unknown-cloud", message).at(place).help("the only one is `gke`"));
        }
        let IamPolicy { kubernetes_service: service, service_account: account, .. } = self;
        let mut text = format!(
            "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  annotations:\n    \
             iam.gke.io/gcp-service-account: {}@{}.iam.gserviceaccount.com\n  name: {}\n",
            account.name, account.project_id, service.name
        );
        if !service.namespace.is_empty() {
            text.push_str(&format!("  namespace: {}\n", service.namespace));
        }
        let source = ctx.sources.add("<IAMPolicyGenerator>", text.as_bytes());
        let read = yaml::read(source, text.as_bytes(), ReadOptions::resource());
        let documents = read.map_err(|e| e.label(self.span, "made by this"))?;
        let root = documents.into_iter().find_map(|document| document.root);
        let mut node = root.unwrap_or_else(|| Node::null(self.span));
        give_spans(&mut node, None, self.span);
        for (field, from) in [("name", &service.name), ("namespace", &service.namespace)] {
            if let Some(value) = node.lookup_mut(&["metadata", field]) {
                value.span = from.span;
            }
        }
        Ok(Resource::new(node))
    }
}

impl Decode for IamPolicy {
    fn decode(node: &Node, d: &mut Decoder) -> IamPolicy {
        let mut f = Fields::of(node, d);
        let out = IamPolicy {
            cloud: f.embedded("cloud"),
            kubernetes_service: f.embedded("kubernetesService"),
            service_account: f.embedded("serviceAccount"),
            span: f.span(),
        };
        f.finish();
        out
    }
}

impl Decode for KubernetesService {
    fn decode(node: &Node, d: &mut Decoder) -> KubernetesService {
        let mut f = Fields::of(node, d);
        let out = KubernetesService { name: f.take("name"), namespace: f.take("namespace") };
        f.finish();
        out
    }
}

impl Decode for ServiceAccount {
    fn decode(node: &Node, d: &mut Decoder) -> ServiceAccount {
        let mut f = Fields::of(node, d);
        let out = ServiceAccount { name: f.take("name"), project_id: f.take("projectId") };
        f.finish();
        out
    }
}
