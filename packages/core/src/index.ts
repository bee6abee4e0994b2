export * from "@ducat/client";
