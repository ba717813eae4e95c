import { getTranslations } from "next-intl/server";
import { NewTransactionForm } from "@/app/(portal)/transactions/new/_components/new-transaction";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { createTransaction } from "@/lib/api-client/operations/transactions";
import { loadPage } from "@/lib/http/pages/page";
import { listRecipients } from "@/lib/keys/list-keys";

export async function generateMetadata() {
  return { title: (await getTranslations("transactions"))("create.title") };
}

/** A participant submits a transaction: typed, checked, sealed for its recipients and escrow. */
export default async function NewTransactionPage() {
  const t = await getTranslations("transactions");
  const path = "/confidential/transactions";
  const result = await loadPage(createTransaction, path, listRecipients);
  if (!result.ok)
    return <ProblemPage problem={result.problem} section={{ label: t("title"), href: "/transactions" }} />;
  const { principal, value } = result;
  return (
    <PageFrame
      crumbs={[{ label: t("title"), href: "/transactions" }, { label: t("create.title") }]}
      title={t("create.title")}
      lead={t("create.lead")}
      apiCall={{ method: "POST", path, body: '{"job_id":"…","participants":["…"],"confidential":true}' }}
    >
      <NewTransactionForm own={principal.participantId ?? principal.handle} recipients={value} />
    </PageFrame>
  );
}
