__found(
  typeof decodeUplink === "function" && decodeUplink,
  typeof Decoder === "function" && Decoder,
  typeof normalizeUplink === "function" && normalizeUplink,
);
