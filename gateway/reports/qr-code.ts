// A QR code as its dark squares, so that page and PDF draw it as lines of their own and load no picture.
import qrcode from 'qrcode-generator';

export interface QrCode {
  /** Squares along one side. */
  readonly side: number;
  readonly isDark: (row: number, column: number) => boolean;
}

/** Level M: readable with a seventh of it gone. */
export function qrCodeOf(text: string): QrCode {
  const code = qrcode(0, 'M');
  code.addData(text, 'Byte');
  code.make();
  return { side: code.getModuleCount(), isDark: (row, column) => code.isDark(row, column) };
}
