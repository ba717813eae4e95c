"use client";

import { GeistMono } from "geist/font/mono";
import { GeistSans } from "geist/font/sans";
import { NextIntlClientProvider } from "next-intl";
import { Failure } from "@/components/layout/failure";
import de from "@/components/messages/de/error.json";
import en from "@/components/messages/en/error.json";
import "./globals.css";

/**
 * Replaces the whole document when the root layout failed. The messages failed with it, so this page has its own, in the
 * browser's language.
 */
export default function GlobalError({ error, retry }: { error: unknown; retry: () => void }) {
  const isGerman = typeof navigator !== "undefined" && navigator.language.startsWith("de");
  const [locale, wording] = isGerman ? (["de", de] as const) : (["en", en] as const);
  return (
    <html lang={locale} className={`${GeistSans.variable} ${GeistMono.variable}`}>
      <body>
        <link rel="icon" href="/favicon.svg" />
        <title>{wording.title}</title>
        <NextIntlClientProvider locale={locale} messages={{ error: wording }} timeZone="UTC">
          <Failure error={error} retry={retry} />
        </NextIntlClientProvider>
      </body>
    </html>
  );
}
