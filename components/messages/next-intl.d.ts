import type { Language } from "@/components/messages/catalogue";

// Keys are not typed: with this many messages the compiler gives up on their union. messages.test.ts reads the
// sources instead and looks every written key up.
declare module "next-intl" {
  interface AppConfig {
    Locale: Language;
  }
}
