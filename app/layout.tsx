import { GeistMono } from "geist/font/mono";
import { GeistSans } from "geist/font/sans";
import type { Metadata, Viewport } from "next";
import { cookies, headers } from "next/headers";
import { getLocale, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { EvaluationStrip } from "@/components/layout/evaluation-strip";
import { SkipLink } from "@/components/layout/skip-link";
import { THEME_COOKIE, themeOf } from "@/components/messages/language";
import { Words } from "@/components/messages/words";
import { isEvaluation } from "@/lib/http/health/read-health";
import "./globals.css";

export async function generateMetadata(): Promise<Metadata> {
  const brand = await getTranslations("brand");
  return {
    title: { default: brand("name"), template: `%s · ${brand("name")}` },
    description: brand("description"),
    icons: { icon: "/favicon.svg" },
  };
}

export const viewport: Viewport = { colorScheme: "light dark" };

/**
 * Reading the headers makes every page dynamic, the 404 page included: only then do Next's scripts carry the
 * nonce that proxy.ts put into the policy. The request id is kept on the body for the error pages.
 */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const [head, jar, locale] = await Promise.all([headers(), cookies(), getLocale()]);
  return (
    <html
      lang={locale}
      data-theme={themeOf(jar.get(THEME_COOKIE)?.value)}
      className={`${GeistSans.variable} ${GeistMono.variable}`}
    >
      <body data-request-id={head.get("x-request-id") ?? undefined}>
        <Words namespaces={[]}>
          <SkipLink />
          {isEvaluation() ? <EvaluationStrip /> : null}
          {children}
        </Words>
      </body>
    </html>
  );
}
