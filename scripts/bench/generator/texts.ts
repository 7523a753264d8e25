/**
 * What citizens text to 1708, with a place for a number that makes each text unlike all others. Plain letters,
 * digits and punctuation only: their ASCII octets are their GSM 03.38 octets, so data_coding 0 needs no encoder.
 *
 * Eleven of them, because eleven shares no factor with a round number of senders: a sender who writes again
 * writes something else.
 */
export const textTemplates: readonly string[] = [
  'Jln rusak parah di dpn kantor camat Sukasada kab Buleleng, sdh 3 bln blm diperbaiki, dekat tiang no {number}',
  'Lampu penerangan jalan mati sdh 2 minggu di ds Pejeng kec Tampaksiring kab Gianyar, gardu no {number}, gelap sekali',
  'Air PDAM tdk mengalir sejak kmrn di kel Kebon Jayanti kec Kiaracondong kota Bandung, no pelanggan {number}, tolong',
  'Sampah menumpuk di pinggir jln raya kec Cibinong kab Bogor, sdh seminggu tdk diangkut, bau sekali, titik {number}',
  'Bantuan sosial utk warga ds Karangrejo kec Kampak kab Trenggalek blm cair sejak bln lalu, no kartu {number}',
  'Antrian di puskesmas kec Tebet sangat lama, petugas loket hanya satu org, no antrian {number}, mohon ditambah',
  'Mohon info syarat mengurus KTP yg hilang di disdukcapil kota Surabaya, sdh 2 kali ditolak, berkas no {number}',
  'Jembatan gantung ds Sungai Rangas kab Banjar putus, anak sekolah hrs memutar 5 km, sdh lapor kades no {number}',
  'Pungutan liar wkt urus surat pindah di kelurahan, diminta 150rb tanpa kuitansi, no berkas {number}, mohon dicek',
  'Harga pupuk subsidi di kec Gabus kab Pati jauh di atas HET, stok jg sering kosong, nota no {number}, petani rugi',
  'Guru di SD negeri kec Waingapu jarang masuk, murid pulang jam 9 tiap hari, surat kami no {number} blm dijawab',
];

/** Where a template's number goes. Eight digits: a hundred million texts before one comes back. */
export const numberMark = '{number}';
export const numberDigits = 8;
