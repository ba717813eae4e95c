import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { SitePage } from "@/app/_components/site-page";
import { CallName } from "@/app/developers/_components/operation-list";
import { OperationReference } from "@/app/developers/_components/operation-reference";
import { BackToCalls, PartFrame } from "@/app/developers/_components/part-frame";
import { operationsByTag, referenceOf } from "@/lib/api-client/openapi/reference";
import { readHealth } from "@/lib/http/health/read-health";
import { getRuntime } from "@/lib/runtime/slot";

type Props = { params: Promise<{ part: string; call: string }> };

async function callOf(params: Props["params"]) {
  const { part, call } = await params;
  const found = operationsByTag().find(({ tag }) => tag.slug === part);
  const operation = found?.operations.find(({ id }) => id === call);
  return found === undefined || operation === undefined ? undefined : { ...found, operation };
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const found = await callOf(params);
  return { title: found?.operation.summary ?? (await getTranslations("developers"))("title") };
}

/** The reference of one call, whole. */
export default async function CallPage({ params }: Props) {
  const [found, health, { site }, t] = await Promise.all([
    callOf(params),
    readHealth(),
    getRuntime(),
    getTranslations("developers"),
  ]);
  if (found === undefined) notFound();
  const { tag, operations, operation } = found;
  return (
    <SitePage
      current="developers"
      above={[
        { href: "/developers", label: t("title") },
        { href: `/developers/${tag.slug}`, label: <span lang="en">{tag.name}</span> },
      ]}
      title={<CallName operation={operation} />}
      lead={
        <>
          <p lang="en" className="max-w-[80ch]">
            {operation.summary}
          </p>
          <BackToCalls />
        </>
      }
      health={health}
    >
      <PartFrame current={tag} operations={operations} call={operation.id}>
        <OperationReference reference={referenceOf(operation)} origin={site.origin} />
      </PartFrame>
    </SitePage>
  );
}
