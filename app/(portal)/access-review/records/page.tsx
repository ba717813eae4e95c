import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { type Params, textsOf } from "@/app/(portal)/_kit/list-query";
import { TextInput } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { Button } from "@/components/ui/button";
import { getRecordAccess as load } from "@/lib/administration/access-review/record-access";
import { RecordPath } from "@/lib/administration/access-review/record-schema";
import { getRecordAccess } from "@/lib/api-client/operations/administration/access-reviews";
import { loadPage } from "@/lib/http/pages/page";
import { RecordAnswer } from "../_components/record-answer";

const PATH = "/confidential/admin/record-access";

function Find({ given, isWrong }: { given: string; isWrong: boolean }) {
  const t = useTranslations("accessReview.records");
  return (
    <search className="print:hidden">
      <form action="/access-review/records" className="flex max-w-[640px] flex-wrap items-end gap-3">
        <Field
          id="record"
          label={t("number")}
          className="min-w-0 grow basis-[280px]"
          {...(isWrong ? { error: t("wrong") } : {})}
        >
          {(control) => (
            <TextInput
              {...control}
              name="record"
              defaultValue={given}
              maxLength={64}
              spellCheck={false}
              autoComplete="off"
              className="font-mono"
            />
          )}
        </Field>
        <Button type="submit" look="primary">
          {t("find")}
        </Button>
      </form>
    </search>
  );
}

export async function generateMetadata() {
  return { title: (await getTranslations("accessReview.records"))("title") };
}

/** Who may open which fields of one record now, and why. */
export default async function RecordsPage({ searchParams }: { searchParams: Promise<Params> }) {
  const t = await getTranslations("accessReview");
  const given = Object.fromEntries(textsOf(await searchParams)).record ?? "";
  const { data: asked } = RecordPath.safeParse({ id: given });
  const above = { label: t("title"), href: "/access-review" };
  const path = `${PATH}/${asked?.id ?? "{id}"}`;
  const result =
    asked === undefined ? undefined : await loadPage(getRecordAccess, path, (cx) => load(cx, asked.id));
  if (result?.ok === false)
    return (
      <ProblemPage
        problem={result.problem}
        section={{ label: t("records.title"), href: "/access-review/records" }}
      />
    );
  return (
    <PageFrame
      crumbs={[above, { label: t("records.title") }]}
      title={t("records.title")}
      lead={<p className="max-w-[80ch]">{t("records.lead")}</p>}
      apiCall={{ method: "GET", path }}
    >
      <Find given={given} isWrong={given !== "" && asked === undefined} />
      {result === undefined ? null : <RecordAnswer access={result.value} />}
    </PageFrame>
  );
}
