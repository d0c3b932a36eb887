#!/usr/bin/python3
# Makes wqy-microhei-gbk.ttf.gz; needs Debian's fonts-wqy-microhei and fonttools.
import subprocess
from fontTools.ttLib import TTCollection

TTCollection('/usr/share/fonts/truetype/wqy/wqy-microhei.ttc').fonts[0].save('hei.ttf')
wanted = set(range(0x20, 0x7f)) | set(range(0xa0, 0x180)) | set(range(0x2010, 0x2028)) | set(range(0x2190, 0x2194)) | {0x2030, 0x20ac, 0x2212}
for high in range(0x81, 0xff):
    for low in range(0x40, 0xff):
        try:
            wanted.add(ord(bytes([high, low]).decode('gbk')))
        except (UnicodeDecodeError, TypeError):
            pass
out = 'wqy-microhei-gbk.ttf'
subprocess.run(['pyftsubset', 'hei.ttf', '--unicodes=' + ','.join('U+%04X' % c for c in sorted(wanted)), '--no-hinting', '--layout-features=',
                '--name-IDs=0,1,2,3,4,5,6,13,14', '--notdef-outline', '--drop-tables+=DSIG,GSUB,GPOS,GDEF,kern,vhea,vmtx,gasp', '--output-file=' + out], check=True)
subprocess.run(['gzip', '-9nf', out], check=True)
