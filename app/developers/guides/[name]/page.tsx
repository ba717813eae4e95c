import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { SitePage } from "@/app/_components/site-page";
import { GuideBlocks } from "@/app/developers/_components/guide-blocks";
import { BackToCalls } from "@/app/developers/_components/part-frame";
import { findGuide } from "@/lib/http/guides/read-guide";
import { readHealth } from "@/lib/http/health/read-health";

type Props = { params: Promise<{ name: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const guide = await findGuide((await params).name);
  return { title: guide?.title ?? (await getTranslations("developers"))("title") };
}

/** One guide for programs, from docs/guides. */
export default async function GuidePage({ params }: Props) {
  const [guide, health, t] = await Promise.all([
    findGuide((await params).name),
    readHealth(),
    getTranslations("developers"),
  ]);
  if (guide === undefined) notFound();
  return (
    <SitePage
      current="developers"
      above={[{ href: "/developers", label: t("title") }]}
      title={<span lang="en">{guide.title}</span>}
      lead={<BackToCalls />}
      health={health}
    >
      <div lang="en" className="min-w-0">
        <GuideBlocks blocks={guide.blocks} title={guide.title} from={guide.name} />
      </div>
    </SitePage>
  );
}
