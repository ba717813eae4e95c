import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { getPolicySet } from "@/lib/api-client/operations/policies";
import { loadPage } from "@/lib/http/pages/page";
import { EMPTY_FORM } from "@/lib/policies/authoring/form";
import { getSet } from "@/lib/policies/get-set";
import { readDocument } from "@/lib/policies/read-document";
import { RemoveRule } from "../../../_components/edit/remove-rule";
import { RuleEditor } from "../../../_components/edit/rule-editor";
import { numberOf } from "../../../_components/versions";

export async function generateMetadata() {
  return { title: (await getTranslations("policies.edit"))("title") };
}

/** One rule of a draft, to change or to write. */
export default async function RulePage(input: {
  params: Promise<{ readonly number: string; readonly id: string }>;
}) {
  const t = await getTranslations("policies");
  const { number: text, id } = await input.params;
  const number = numberOf(text);
  const path = `/confidential/policies/${number}`;
  const result = await loadPage(getPolicySet, path, (cx) => getSet(cx, number));
  const above = { label: t("title"), href: "/policies" };
  if (!result.ok) return <ProblemPage problem={result.problem} section={above} />;
  const { document, may, revision } = result.value;
  const here = `/policies/${number}`;
  const policy = readDocument(document).policies.find((one) => one.id === id);
  // "new" is no id of a rule that exists; other unknown ids lead back.
  if (!may.includes("save") || (policy === undefined && id !== "new")) redirect(here);
  const reading = policy?.reading ?? { kind: "form" as const, form: EMPTY_FORM };
  const title = policy === undefined ? t("edit.new") : t("edit.change");
  return (
    <PageFrame
      crumbs={[above, { label: t("draftNamed", { number }), href: here }, { label: policy?.id ?? title }]}
      title={title}
      lead={<p className="max-w-[80ch]">{t("edit.lead", { number })}</p>}
      actions={
        policy === undefined || document.policies.length < 2 ? undefined : (
          <RemoveRule set={result.value} id={policy.id} />
        )
      }
      apiCall={{ method: "PUT", path }}
    >
      <RuleEditor
        key={revision}
        number={number}
        revision={revision}
        document={document}
        reading={reading}
        {...(policy === undefined
          ? {}
          : { policy: { id: policy.id, text: policy.text, examples: policy.examples } })}
      />
    </PageFrame>
  );
}
