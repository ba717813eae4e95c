import Link from "next/link";
import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { type Params, textsOf } from "@/app/(portal)/_kit/list-query";
import { TextInput } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/section";
import { getRecordAccess as load } from "@/lib/administration/access-review/record-access";
import { getRecordAccess } from "@/lib/api-client/operations/administration/access-reviews";
import { search } from "@/lib/api-client/operations/home";
import { isUuid } from "@/lib/crypto/uuid";
import { type NamedTransactions, transactionsNamed } from "@/lib/home/search";
import { loadPage } from "@/lib/http/pages/page";
import { RecordName } from "@/lib/schema";
import { RecordAnswer } from "../_components/record-answer";

const PATH = "/confidential/admin/record-access";

function Find({ given, isUnknown }: { given: string; isUnknown: boolean }) {
  const t = useTranslations("accessReview.records");
  return (
    <search className="print:hidden">
      <form action="/access-review/records" className="flex max-w-[640px] flex-wrap items-end gap-3">
        <Field
          id="record"
          label={t("name")}
          help={t("nameHelp")}
          className="min-w-0 grow basis-[280px]"
          {...(isUnknown ? { error: t("unknown") } : {})}
        >
          {(control) => (
            <TextInput
              {...control}
              name="record"
              defaultValue={given}
              maxLength={200}
              spellCheck={false}
              autoComplete="off"
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

/** The transactions to choose from where a job, request or case has more than one. */
function Choice({ items, hasMore }: NamedTransactions) {
  const t = useTranslations("accessReview.records");
  return (
    <Section title={t("choose")} count={items.length}>
      <ul className="py-2 text-control">
        {items.map(({ id, job }) => (
          <li key={id}>
            <Link
              href={`/access-review/records?record=${id}`}
              prefetch={false}
              className="inline-flex min-h-touch flex-wrap items-center gap-x-2 underline underline-offset-4 tablet:min-h-bar"
            >
              {job} <span className="font-mono text-note text-ink-2">{id}</span>
            </Link>
          </li>
        ))}
      </ul>
      {hasMore ? <p className="text-control text-ink-2">{t("more")}</p> : null}
    </Section>
  );
}

export async function generateMetadata() {
  return { title: (await getTranslations("accessReview.records"))("title") };
}

const NONE: NamedTransactions = { items: [], hasMore: false };

/** What the given text leads to. An id names itself: whether the reader may know of it is decided with its access. */
async function transactionsOf(text: string): Promise<NamedTransactions> {
  const { data: given } = RecordName.safeParse(text);
  if (given === undefined) return NONE;
  if (isUuid(given)) return { items: [{ id: given, job: "" }], hasMore: false };
  const found = await loadPage(search, "/confidential/search", (cx) => transactionsNamed(cx, given));
  return found.ok ? found.value : NONE;
}

/** Who may open which fields of one record now, and why. */
export default async function RecordsPage({ searchParams }: { searchParams: Promise<Params> }) {
  const t = await getTranslations("accessReview");
  const given = Object.fromEntries(textsOf(await searchParams)).record?.trim() ?? "";
  const named = given === "" ? NONE : await transactionsOf(given);
  const [asked, ...others] = named.items;
  const isOne = asked !== undefined && others.length === 0;
  const path = `${PATH}/${isOne ? asked.id : "{id}"}`;
  const result = isOne ? await loadPage(getRecordAccess, path, (cx) => load(cx, asked.id)) : undefined;
  if (result?.ok === false)
    return (
      <ProblemPage
        problem={result.problem}
        section={{ label: t("records.title"), href: "/access-review/records" }}
      />
    );
  return (
    <PageFrame
      crumbs={[{ label: t("title"), href: "/access-review" }, { label: t("records.title") }]}
      title={t("records.title")}
      lead={<p className="max-w-[80ch]">{t("records.lead")}</p>}
      apiCall={{ method: "GET", path }}
    >
      <Find given={given} isUnknown={given !== "" && named.items.length === 0} />
      {others.length === 0 ? null : <Choice {...named} />}
      {result === undefined ? null : <RecordAnswer access={result.value} />}
    </PageFrame>
  );
}
