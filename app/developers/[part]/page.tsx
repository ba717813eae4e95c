import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { SitePage } from "@/app/_components/site-page";
import { OperationList } from "@/app/developers/_components/operation-list";
import { BackToCalls, PartFrame } from "@/app/developers/_components/part-frame";
import { operationsByTag } from "@/lib/api-client/openapi/reference";
import { TAGS } from "@/lib/api-client/openapi/tags";
import { readHealth } from "@/lib/http/health/read-health";

type Props = { params: Promise<{ part: string }> };

const partOf = async (params: Props["params"]) => {
  const { part } = await params;
  return TAGS.find(({ slug }) => slug === part);
};

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const tag = await partOf(params);
  return { title: tag?.name ?? (await getTranslations("developers"))("title") };
}

/** One part of the API: what it is for, and its calls, each with a page of its own. */
export default async function PartPage({ params }: Props) {
  const tag = await partOf(params);
  if (tag === undefined) notFound();
  const [health, t] = await Promise.all([readHealth(), getTranslations("developers")]);
  const operations = operationsByTag().find((one) => one.tag === tag)?.operations ?? [];
  return (
    <SitePage
      current="developers"
      above={[{ href: "/developers", label: t("title") }]}
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
      <PartFrame current={tag} operations={operations}>
        <OperationList tag={tag} operations={operations} />
      </PartFrame>
    </SitePage>
  );
}
