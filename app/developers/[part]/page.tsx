import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { SitePage } from "@/app/_components/site-page";
import { MovedCall } from "@/app/developers/_components/moved-call";
import { OperationReference } from "@/app/developers/_components/operation-reference";
import { BackToCalls, PartFrame } from "@/app/developers/_components/part-frame";
import { operationsByTag, referenceOf } from "@/lib/api-client/openapi/reference";
import { TAGS, type Tag } from "@/lib/api-client/openapi/tags";
import { readHealth } from "@/lib/http/health/read-health";
import { getRuntime } from "@/lib/runtime/slot";

type Props = { params: Promise<{ part: string }> };

const partOf = async (params: Props["params"]) => {
  const { part } = await params;
  return TAGS.find(({ slug }) => slug === part);
};

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const tag = await partOf(params);
  return { title: tag?.name ?? (await getTranslations("developers"))("title") };
}

/** Parts that were one part once: links to their calls lead to the first of them. */
const ONCE_ADMINISTRATION: readonly string[] = ["people", "organisations"];

/** Calls that older links look for on this page, each with its part. */
function movedFrom({ slug }: Tag): Record<string, string> {
  if (slug !== "administration") return {};
  const parts = operationsByTag().filter(({ tag }) => ONCE_ADMINISTRATION.includes(tag.slug));
  return Object.fromEntries(
    parts.flatMap(({ tag, operations }) => operations.map(({ id }) => [id, tag.slug] as const)),
  );
}

/** The reference of one part of the API: each of its calls, whole. */
export default async function PartPage({ params }: Props) {
  const tag = await partOf(params);
  if (tag === undefined) notFound();
  const [health, { site }] = await Promise.all([readHealth(), getRuntime()]);
  const operations = operationsByTag().find((one) => one.tag === tag)?.operations ?? [];
  return (
    <SitePage
      current="developers"
      title={<span lang="en">{tag.name}</span>}
      lead={
        <>
          <p lang="en" className="max-w-[80ch]">
            {tag.description}
          </p>
          <BackToCalls />
        </>
      }
      health={health}
    >
      <MovedCall calls={movedFrom(tag)} />
      <PartFrame current={tag} operations={operations}>
        {operations.map((operation) => (
          <OperationReference key={operation.id} reference={referenceOf(operation)} origin={site.origin} />
        ))}
      </PartFrame>
    </SitePage>
  );
}
