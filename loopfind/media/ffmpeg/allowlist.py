"""The formats that ffmpeg may take an input for, and the kinds of address that a format may open.

A playlist, a session description or a manifest is a list of other files and addresses: whoever writes one decides what
is opened by whoever reads it. So no file is read as such a list, and what an address leads to is what its kind needs.
"""

import re

PLAIN_FORMATS = (
    "3dostr,4xm,aa,aac,aax,ac3,ac4,ace,acm,act,adf,adp,ads,adx,aea,afc,aiff,aix,alias_pix,alp,"
    "amr,amrnb,amrwb,anm,apac,apc,ape,apm,apng,aptx,aptx_hd,apv,aqtitle,argo_asf,argo_brp,argo_cvg,"
    "asf,asf_o,ass,ast,au,av1,avi,avr,avs,avs2,avs3,bethsoftvid,bfi,bfstm,bin,bink,binka,bit,"
    "bmp_pipe,bmv,boa,bonk,brender_pix,brstm,c93,caf,cavsvideo,cdg,cdxl,cine,codec2,codec2raw,cri_pipe,"
    "daud,dcstr,dds_pipe,derf,dfa,dfpwm,dhav,dirac,dnxhd,dpx_pipe,dsf,dsicin,dss,dts,dtshd,dv,dvbsub,"
    "dvbtxt,dxa,ea,ea_cdata,eac3,epaf,evc,exr_pipe,ffmetadata,film_cpk,filmstrip,fits,flac,flic,flv,"
    "frm,fsb,fwse,g722,g723_1,g726,g726le,g728,g729,gdv,gem_pipe,genh,gif,gif_pipe,gsm,gxf,h261,"
    "h263,h264,hca,hcom,hdr_pipe,hevc,hnm,hxvs,iamf,ico,idcin,idf,iff,ifv,ilbc,image2,image2pipe,"
    "ingenient,ipmovie,ipu,ircam,iss,iv8,ivf,ivr,j2k_pipe,jacosub,jpeg_pipe,jpegls_pipe,jpegxl_anim,"
    "jpegxl_pipe,jpegxs_pipe,jv,kux,kvag,laf,lc3,lmlm4,loas,lrc,luodat,lvf,lxf,m4v,matroska,mca,"
    "mcc,mgsts,microdvd,mjpeg,mjpeg_2000,mlp,mlv,mm,mmf,mods,moflex,mov,mp3,mpc,mpc8,mpeg,mpegts,"
    "mpegtsraw,mpegvideo,mpjpeg,mpl2,mpsub,msf,msnwctcp,msp,mtaf,mtv,musx,mv,mvi,mxf,mxg,nc,"
    "nistsphere,nsp,nsv,nut,nuv,obu,ogg,oma,osq,paf,pam_pipe,pbm_pipe,pcx_pipe,pdv,pfm_pipe,"
    "pgm_pipe,pgmyuv_pipe,pgx_pipe,phm_pipe,photocd_pipe,pictor_pipe,pjs,pmp,png_pipe,pp_bnk,ppm_pipe,"
    "psd_pipe,psxstr,pva,pvf,qcp,qdraw_pipe,qoa,qoi_pipe,r3d,rawvideo,realtext,redspark,rka,rl2,rm,"
    "roq,rpl,rsd,rso,s337m,sami,sbc,sbg,scc,scd,sdns,sdr2,sds,sdx,ser,sga,sgi_pipe,shn,siff,"
    "simbiosis_imx,sln,smjpeg,smk,smush,sol,sox,spdif,srt,stl,subviewer,subviewer1,sunrast_pipe,sup,"
    "svag,svs,swf,tak,tedcaptions,thp,tiertexseq,tiff_pipe,tmv,truehd,tta,tty,txd,ty,usm,v210,v210x,"
    "vag,vbn_pipe,vc1,vc1test,vividas,vivo,vmd,voc,vpk,vplayer,vqf,vvc,w64,wady,wav,wavarc,"
    "wc3movie,webp_anim,webp_pipe,webvtt,wsaud,wsd,wsvqa,wtv,wv,wve,xa,xbin,xbm_pipe,xmd,xmv,"
    "xpm_pipe,xvag,xwd_pipe,xwma,yop,yuv4mpegpipe"
)
"""Formats that hold what they show, by ffmpeg's names. Left out are devices, raw samples that nothing tells apart, and
what opens more than it is given: avisynth, concat, dash, hls, imf, rtp, rtsp, sap, sdp, vobsub, webm_dash_manifest."""

_REMOTE = ("hls", "dash", "rtsp", "rtp", "live_flv")
"""Formats that lead on to other addresses, for an address alone."""

_WEB = ("http", "https", "httpproxy", "tcp", "tls", "crypto", "data")
_RTMP = ("rtmp", "rtmpe", "rtmps", "rtmpt", "rtmpte", "rtmpts", "ffrtmpcrypt", "ffrtmphttp", *_WEB)
_NEEDS = {
    "http": _WEB,
    "https": _WEB,
    "ftp": ("ftp", "tcp"),
    "gopher": ("gopher", "tcp"),
    "gophers": ("gophers", "tls", "tcp"),
    "ipfs": ("ipfs", *_WEB),
    "ipns": ("ipns", *_WEB),
    "mmsh": ("mmsh", *_WEB),
    "mmst": ("mmst", "tcp"),
    "rtp": ("rtp", "srtp", "udp"),
    "srtp": ("rtp", "srtp", "udp"),
    "rtsp": ("rtp", "srtp", "udp", *_WEB),
    "rtsps": ("rtp", "srtp", "udp", *_WEB),
    "tls": ("tls", "tcp"),
} | dict.fromkeys(("rtmp", "rtmpe", "rtmps", "rtmpt", "rtmpte", "rtmpts"), _RTMP)
"""Protocols that an address needs besides its own. No address needs local files."""

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)(?=[:,])", re.IGNORECASE)

MOST_PIXELS = 8192 * 8192
"""Pixels of the largest picture that is decoded. A file of a few bytes may claim one that takes gigabytes."""
_LARGEST_BLOCK = 1 << 30
"""Bytes that ffmpeg may ask for at a time."""


def limited(protocols: tuple[str, ...], remote: bool = False) -> tuple[str, ...]:
    """Options before an input that may be opened through these protocols alone. remote: it may lead on to others."""
    formats = ",".join((PLAIN_FORMATS, *(_REMOTE if remote else ())))
    return (
        *("-protocol_whitelist", ",".join(protocols), "-format_whitelist", formats),
        *("-max_pixels", str(MOST_PIXELS), "-max_alloc", str(_LARGEST_BLOCK)),
    )


def needed(url: str) -> tuple[str, ...]:
    """The protocols that an address needs: what its own scheme takes."""
    return _closure(url.partition(":")[0].lower())


def needed_within(name: str) -> tuple[str, ...]:
    """The protocols of a name that wraps others, such as `concat:a.ts|b.ts`: all that it names, and local files."""
    schemes = [scheme.lower() for scheme in _SCHEME.findall(name)]
    return tuple(dict.fromkeys(["file", *(protocol for scheme in schemes for protocol in _closure(scheme))]))


def _closure(scheme: str) -> tuple[str, ...]:
    return (scheme, *_NEEDS.get(scheme, ()))
