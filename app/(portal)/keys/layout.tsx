import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";

export default function KeysLayout({ children }: { children: ReactNode }) {
  return <Words namespaces={["keys"]}>{children}</Words>;
}
